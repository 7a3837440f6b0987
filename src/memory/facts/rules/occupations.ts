/** Whether words name what somebody does for a living. */

const endings =
  /(?:^|[\s-])(?:[a-z]+ologist|[a-z]+ician|nurse|teacher|engineer|developer|programmer|designer|manager|lawyer|writer|driver|baker|painter|plumber|carpenter|electrician|therapist|dentist|journalist|scientist|artist|pharmacist|economist|analyst|consultant|accountant|assistant|architect|director|editor|translator|professor|lecturer|tutor|instructor|trainer|doctor|surgeon|paramedic|midwife|vet|chef|cook|waiter|waitress|barista|bartender|cashier|clerk|secretary|receptionist|librarian|farmer|gardener|builder|mechanic|welder|pilot|sailor|soldier|officer|firefighter|policeman|policewoman|detective|judge|attorney|solicitor|barrister|banker|broker|trader|realtor|salesman|saleswoman|salesperson|student|apprentice|intern|trainee|researcher|postdoc|administrator|technician|operator|supervisor|foreman|coordinator|planner|recruiter|founder|entrepreneur|ceo|cto|cfo|freelancer|musician|actor|actress|dancer|singer|photographer|filmmaker|author|poet|tailor|hairdresser|barber|beautician|caretaker|cleaner|janitor|guard|courier|postman|miner|fisherman|butcher|florist|jeweller|optician|physiotherapist|physio|psychologist|psychiatrist|counsellor|counselor|social worker|civil servant|politician|priest|pastor|teller|tester|sysadmin|devops|dba|statistician|mathematician|physicist|chemist|biologist|geologist|astronomer|historian|curator|nanny|au pair|housewife|house husband|homemaker|stay-at-home (?:mum|dad|mom|parent)|team lead|lead|head|partner|principal|headmaster|headteacher|ranger|forester|beekeeper|brewer|winemaker|sommelier|stylist|copywriter|marketer|strategist|product owner|scrum master|auditor|actuary|notary|paralegal|bookkeeper|controller|buyer|logistician|dispatcher|warehouse worker|factory worker|worker|roofer|mason|bricklayer|glazier|locksmith|potter|ceramist|illustrator|animator|conductor|composer|pianist|violinist|guitarist|drummer|cellist|coach|referee)s?$/i;

export function isOccupation(words: string): boolean {
  const name = words
    .trim()
    .replace(/ (?:in|of|at|for|with|by) .*$/i, '')
    .replace(/ (?:by (?:trade|training|profession))$/i, '');
  return (
    endings.test(name) &&
    !/\b(?:good|bad|terrible|great|slow|fast|lousy|decent|better|happy|dirty)\b/i.test(name)
  );
}
